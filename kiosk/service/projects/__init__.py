"""Projects: campaigns that hand out mobile IDs, their people, their sheets, and what host systems are told."""
