"""Features that members and guilds gain, keep and lose by what is measured of them."""
