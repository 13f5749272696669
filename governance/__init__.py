"""How we decide: proposals, sponsors, rolls, ballots, tallies and enactment."""
