"""The server wants a knock at another port first."""
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    lab.server.iptables(f'-A INPUT -p tcp --dport {lab.port + 7} -m recent --set --name knock -j DROP')
    lab.server.iptables(f'-A INPUT -p tcp --dport {lab.port} -m conntrack --ctstate NEW -m recent ! --rcheck --seconds 30 '
                        '--name knock -j DROP')
