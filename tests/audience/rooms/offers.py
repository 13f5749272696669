"""Offers as browsers write them, shortened to what matters, and to be spoiled."""

SOUND = """\
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:k1Zq
a=ice-pwd:2xYc0fWq6Yb8Yk0tQ1mXlJtR
a=ice-options:trickle
a=fingerprint:sha-256 7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0
a=setup:actpass
a=mid:0
a=sendonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
"""
PICTURE = SOUND.replace("audio 9 UDP/TLS/RTP/SAVPF 111", "video 9 UDP/TLS/RTP/SAVPF 96").replace(
    "mid:0", "mid:1"
).replace("rtpmap:111 opus/48000/2", "rtpmap:96 VP8/90000")  # fmt: skip
DATA = """\
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:k1Zq
a=ice-pwd:2xYc0fWq6Yb8Yk0tQ1mXlJtR
a=fingerprint:sha-256 7B:8B
a=mid:2
"""
HEAD = """\
v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic: WMS
"""


def offer(*parts: str) -> str:
    """An offer to speak, of sound unless it says which parts."""
    return (HEAD + "".join(parts or (SOUND,))).replace("\n", "\r\n")


def hearing(*parts: str) -> str:
    """An offer to listen."""
    return offer(*parts).replace("a=sendonly", "a=recvonly")


FRAGMENT = (
    "a=ice-ufrag:k1Zq\r\na=ice-pwd:2xYc0fWq6Yb8Yk0tQ1mXlJtR\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    "a=candidate:1 1 UDP 2130706431 198.51.100.1 39132 typ host\r\na=end-of-candidates\r\n"
)
