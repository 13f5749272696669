"""What is measured of members and guilds, by which they gain and lose features."""
