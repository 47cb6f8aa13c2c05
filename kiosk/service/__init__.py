"""The HTTPS service: enrollments, directories, verification, relying parties, over one database."""
