// Command ogen sends one request to POST /predict with ogen's client, and prints the label.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"example.com/client/ogen/api"
	"github.com/ogen-go/ogen/ogenerrors"
)

type noKey struct{}

func (noKey) APIKey(context.Context, api.OperationName) (api.APIKey, error) {
	return api.APIKey{}, ogenerrors.ErrSkipClientSecurity
}

func main() {
	client, err := api.NewClient(os.Args[1], noKey{})
	if err != nil {
		panic(err)
	}
	var instance api.Instance
	if err := instance.UnmarshalJSON([]byte(os.Args[2])); err != nil {
		panic(err)
	}
	answer, err := client.Predict(context.Background(), &api.PredictRequest{Instances: []api.Instance{instance}})
	if err != nil {
		panic(err)
	}
	fmt.Print(answer.Predictions[0].Label)
	_, err = client.Predict(context.Background(), &api.PredictRequest{})
	var problem *api.ProblemStatusCode
	if !errors.As(err, &problem) || problem.Response.Status != 400 {
		panic(err)
	}
}
