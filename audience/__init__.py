"""Who sees what, and why: posts, access, gates and seats, feeds and their explanations."""
