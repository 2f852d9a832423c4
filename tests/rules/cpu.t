@ip filter INPUT
-m cpu --cpu 0 ; = ; tcp -> unknown
-m cpu ! --cpu 1 ; =
