"""Playlists: named, ordered lists of posts. A list points to posts, and opens none of them to anybody."""
