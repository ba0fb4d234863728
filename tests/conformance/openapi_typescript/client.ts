import type { components, paths } from "./api"

type Answer = paths["/predict"]["post"]["responses"]["200"]["content"]["application/json"]

/** Sends one instance to POST /predict, and prints the label. */
const main = async (url: string, instance: components["schemas"]["Instance"]): Promise<void> => {
  const body: components["schemas"]["PredictRequest"] = { instances: [instance] }
  const headers = { "content-type": "application/json" }
  const response = await fetch(`${url}/predict`, { method: "POST", headers, body: JSON.stringify(body) })
  const answer = (await response.json()) as Answer
  process.stdout.write(String(answer.predictions[0]?.label))
}

const [url, instance] = process.argv.slice(2)
void main(url ?? "", JSON.parse(instance ?? "{}") as components["schemas"]["Instance"])
