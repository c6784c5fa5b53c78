"""Numbers, times of day and dates of an answer against what the evidence gives, or lets be worked out."""
