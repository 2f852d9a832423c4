@ip filter INPUT
-m socket ; =
-m socket --transparent ; =
-m socket --nowildcard --restore-skmark ; =
