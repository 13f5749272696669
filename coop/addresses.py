"""Addresses of the network: which of them a member may have us speak to.

Pure. A member who names an address to send to must not reach through us what only we can reach: this
machine, its neighbours, or the metadata service of a host (server-side request forgery). So an address is
spoken to only where it is of the public network, by the IANA special-purpose registries (RFC 6890), written
out here because the answer must not change with the version of a library.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_INNER_4 = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared by carriers; the metadata service of one host
            "127.0.0.0/8",  # this machine
            "168.63.129.16/32",  # the metadata service of another, inside a public block
            "169.254.0.0/16",  # link-local; the metadata service of most
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # relays from 6to4
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # measurements
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved; broadcast
        ),
    )
)
_OUTER_6 = ip_network("2000::/3")
"""All that is global unicast. What maps, embeds or replaces IPv4 in other blocks lies outside it."""
_INNER_6 = tuple(
    map(
        ip_network,
        (
            "2001::/23",  # protocol assignments; Teredo, which embeds IPv4
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which embeds IPv4
            "3fff::/20",  # documentation
        ),
    )
)
_NAT64 = ip_network("64:ff9b::/96")
"""RFC 6052: how a host with IPv6 alone reaches IPv4; what counts is the address in the last 32 bits."""


def as_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a text is, or None where it is a name or anything else."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def is_public(text: str) -> bool:
    """Say whether a text is an address of the public network."""
    address = as_address(text)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _INNER_4)
    return address is not None and _is_public_6(address)


def is_loopback(text: str) -> bool:
    """Say whether a text is an address of this machine itself."""
    address = as_address(text)
    return address is not None and address.is_loopback


def _is_public_6(address: IPv6Address) -> bool:
    if address in _NAT64:
        return is_public(str(IPv4Address(int(address) & 0xFFFF_FFFF)))
    return address in _OUTER_6 and not any(address in network for network in _INNER_6)
