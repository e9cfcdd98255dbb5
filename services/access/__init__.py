"""Who is asking: keys, sessions of signed-in people, sign-in by an identity provider."""
