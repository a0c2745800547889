// Registers services in an etcd as their own frameworks do: gRPC's naming (go.etcd.io/etcd/client/v3/naming/endpoints) and
// go-zero's publisher. Reads one line of JSON, says "registered", and keeps what it registered until its input ends.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/zeromicro/go-zero/core/discov"
	"github.com/zeromicro/go-zero/core/logx"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/naming/endpoints"
)

type order struct {
	Endpoints []string `json:"endpoints"`
	User      string   `json:"user"`
	Password  string   `json:"password"`
	CA        string   `json:"ca"`
	Cert      string   `json:"cert"`
	Key       string   `json:"key"`
	Grpc      []struct {
		Target   string `json:"target"`
		Key      string `json:"key"`
		Address  string `json:"address"`
		Metadata any    `json:"metadata"`
	} `json:"grpc"`
	GoZero []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
		ID    int64  `json:"id"`
	} `json:"goZero"`
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func (o order) tls() *tls.Config {
	if o.CA == "" {
		return nil
	}
	pem, err := os.ReadFile(o.CA)
	must(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: pool}
	if o.Cert != "" {
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		must(err)
		config.Certificates = []tls.Certificate{pair}
	}
	return config
}

func (o order) registerGrpc() {
	if len(o.Grpc) == 0 {
		return
	}
	client, err := clientv3.New(clientv3.Config{Endpoints: o.Endpoints, Username: o.User, Password: o.Password, TLS: o.tls(),
		DialTimeout: 10 * time.Second})
	must(err)
	defer client.Close()
	context, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for _, one := range o.Grpc {
		manager, err := endpoints.NewManager(client, one.Target)
		must(err)
		must(manager.AddEndpoint(context, one.Target+"/"+one.Key, endpoints.Endpoint{Addr: one.Address, Metadata: one.Metadata}))
	}
}

func (o order) publishGoZero() []*discov.Publisher {
	var publishers []*discov.Publisher
	for _, one := range o.GoZero {
		var options []discov.PubOption
		if o.User != "" {
			options = append(options, discov.WithPubEtcdAccount(o.User, o.Password))
		}
		if o.CA != "" {
			options = append(options, discov.WithPubEtcdTLS(o.Cert, o.Key, o.CA, false))
		}
		if one.ID != 0 {
			options = append(options, discov.WithId(one.ID))
		}
		publisher := discov.NewPublisher(o.Endpoints, one.Key, one.Value, options...)
		must(publisher.KeepAlive())
		publishers = append(publishers, publisher)
	}
	return publishers
}

func main() {
	logx.Disable()
	input := bufio.NewReader(os.Stdin)
	line, err := input.ReadBytes('\n')
	must(err)
	var wanted order
	must(json.Unmarshal(line, &wanted))
	wanted.registerGrpc()
	publishers := wanted.publishGoZero()
	fmt.Println("registered")
	_, _ = io.Copy(io.Discard, input)
	for _, publisher := range publishers {
		publisher.Stop()
	}
}
