"""Rules tried on what really happened, before anyone votes on them."""
