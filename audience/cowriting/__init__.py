"""Co-writing: members of a guild write one post together before it is published; no merge loses any."""
