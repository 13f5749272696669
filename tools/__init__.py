"""What an operator or a newcomer runs besides the application: the seed, the demo."""
