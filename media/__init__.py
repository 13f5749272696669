"""What we make: pictures, the store that keeps their bytes, their licences and derivatives.

A file that a member sends is never shown as it came. It is decoded, and clean renditions are
written anew from its pixels; only those are kept where anyone can be given them. Who may see a
picture is decided elsewhere: this package knows files, not audiences. It imports ``coop`` alone.
"""
