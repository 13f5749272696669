"""Feeds: what is known of posts and authors, how it is weighed, and the pages that come of it."""
