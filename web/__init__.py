"""The pages: HTML that works without scripts, made from what the actions of the other rooms return."""
