"""Moderation: rules that people wrote and voted, what they flag, and how one is heard.

Law 13: a rule that errs, or lacks a fact, holds. Whoever is acted on is told what, by which clause and why.
"""
