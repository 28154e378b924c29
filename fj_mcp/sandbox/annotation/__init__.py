"""JD to filters: reads the sandbox's own words, in four languages, in a job description."""
