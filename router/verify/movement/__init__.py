"""What an answer says of series: which way they went, where they were highest, what they passed."""
