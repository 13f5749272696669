"""Who we are: members, guilds, sign-in, the policy book, receipts and the ledger.

Everything else in the house may import from here; this package imports none of the others.
"""
