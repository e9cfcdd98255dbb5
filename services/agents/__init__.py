"""The operations of a running server as tools for agents, by the Model Context Protocol."""
