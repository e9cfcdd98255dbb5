"""What both services share on the web: errors, conditions, limits, formats, the API document."""
