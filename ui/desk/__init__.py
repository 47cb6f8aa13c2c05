"""The desk of staff over the screen of the person: its words, its views, and how it is opened."""
