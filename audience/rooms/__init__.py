"""Live rooms: the live part of a post, for those who may read it.

A room is scheduled with a post of a guild. What the post says of who may read it, and all that becomes of the
post, holds for the room; its chat is the thread of the post. The room adds times, seats of those present at
once, a queue to speak, the floor, and minutes out of the guild's budget. Sound and picture go by a media
server, and who may have them is asked here.
"""
