"""What nobody needs any more once step 02 is done."""


def old_greeting(name):
    return "Good day, " + name


def older_greeting(name):
    return "Hail, " + name
