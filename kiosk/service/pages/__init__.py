"""What phones open: server-rendered pages, their cookie, their forms, their words."""
