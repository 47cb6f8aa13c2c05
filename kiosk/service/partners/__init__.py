"""Partners: outside organizations that enroll guests in sealed messages, by agreement."""
