// Command client sends one request to POST /predict with the generated client, and prints the label.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"example.com/client/api"
)

func main() {
	client, err := api.NewClientWithResponses(os.Args[1])
	if err != nil {
		panic(err)
	}
	var instance api.Instance
	if err := json.Unmarshal([]byte(os.Args[2]), &instance); err != nil {
		panic(err)
	}
	answer, err := client.PredictWithResponse(context.Background(), api.PredictRequest{Instances: []api.Instance{instance}})
	if err != nil {
		panic(err)
	}
	if answer.JSON200 == nil {
		panic(string(answer.Body))
	}
	fmt.Print(answer.JSON200.Predictions[0].Label)
}
