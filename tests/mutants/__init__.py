"""Mutants: the guards that races are won by, each taken away in a copy of the tree to see its test go red."""
