// A client on Go's net/http: tls_client.go ADDRESS PORT NAME CA [1.2]
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
)

func main() {
	address, port, name := os.Args[1], os.Args[2], os.Args[3]
	text, _ := os.ReadFile(os.Args[4])
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	config := &tls.Config{RootCAs: pool}
	if len(os.Args) > 5 {
		config.MaxVersion = tls.VersionTLS12
	}
	http.DefaultTransport = &http.Transport{
		TLSClientConfig: config,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort(address, port))
		},
	}
	answer, err := http.Get("https://" + net.JoinHostPort(name, port) + "/")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(answer.Status)
}
