"""Every row of what analysts expect, in every state, in both themes, on a laptop and enlarged, by mouse and by keyboard alone."""
