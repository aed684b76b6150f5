"""The pages for articles in the admin, for the people who look after the site."""

# Your own lines go below this one.
