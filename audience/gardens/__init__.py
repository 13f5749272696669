"""Personal gardens: what a member would rather not be shown, and whose judgement they borrow for it."""
