"""What goes out to broadcasters and apps: documents of Lアラート, and the client that hands them over."""
