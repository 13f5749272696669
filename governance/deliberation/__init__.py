"""How we talk before we decide: arguments, amendments, statements and the opinion map."""
