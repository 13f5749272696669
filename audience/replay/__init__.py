"""What would have gone otherwise: audience and feed rules tried on recorded posts, views and replies."""
