"""Cases: what people decide of posts and replies where rules cannot, or where somebody appeals."""
