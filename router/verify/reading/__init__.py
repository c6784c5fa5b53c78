"""What prose and log lines say: numbers, units, times of day, hedges, clauses. It judges nothing, knows no evidence."""
