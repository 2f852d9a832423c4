@ip filter INPUT
-m cgroup --cgroup 1 ; =
-m cgroup ! --cgroup 1 ; =
