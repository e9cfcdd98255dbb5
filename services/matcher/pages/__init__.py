"""The pages of city officers and conveners, made on the server from what the API answers."""
