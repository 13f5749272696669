"""How votes are counted: one method a file, exact, over rankings and numbers of ballots."""
