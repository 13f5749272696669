"""Opinions: who answers alike, found from what they answered; proposals and feeds both ask."""
