#!/usr/bin/env bash
# A blob in a directory (gocloud.dev/blob/fileblob) is written beside and renamed, but its attributes are not: where a
# process ends between the two, the old blob is whole and cannot be read.
#
# Versions: gocloud.dev 0.49.0, Go 1.25 or newer.
#
# Guess: a write is atomic, since the content goes to a temporary file that is renamed: whatever moment a process is
# killed at, a later read gives the old blob or the new one.
#
# Seen: NAME.attrs is created in place before that rename. If it is empty, reading NAME fails with EOF, and nothing names
# the file; without it, NAME is read with default attributes. "metadata=skip" in the address writes no such file. Pulumi
# keeps the state of "pulumi login file://..." in such a directory: its commands then answer "failed to load checkpoint:
# EOF" although the state is whole, and work again when the empty file is deleted.
#
# Output:
#   ?no_tmp_dir=true: files [state.json state.json.attrs], content "", error EOF
#   ?no_tmp_dir=true&metadata=skip: files [state.json], content "{}", error <nil>
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob"
)

func shown(options string) error {
	folder, err := os.MkdirTemp("", "bucket")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	bucket, err := blob.OpenBucket(context.Background(), "file://"+folder+options)
	if err != nil {
		return err
	}
	if err := bucket.WriteAll(context.Background(), "state.json", []byte("{}"), nil); err != nil {
		return err
	}
	var names []string
	files, err := filepath.Glob(folder + "/*")
	for _, file := range files {
		names = append(names, filepath.Base(file))
		if filepath.Ext(file) == ".attrs" {
			// What is left of a process that ends after creating the file, and before writing to it.
			if err := os.Truncate(file, 0); err != nil {
				return err
			}
		}
	}
	content, read := bucket.ReadAll(context.Background(), "state.json")
	fmt.Printf("%s: files %v, content %q, error %v\n", options, names, content, read)
	return err
}

func main() {
	for _, options := range []string{"?no_tmp_dir=true", "?no_tmp_dir=true&metadata=skip"} {
		if err := shown(options); err != nil {
			panic(err)
		}
	}
}
GO
go mod init example 2>/dev/null
go get gocloud.dev@v0.49.0 2>/dev/null
go mod tidy 2>/dev/null
seen=$(go run .)
echo "$seen"
expected='?no_tmp_dir=true: files [state.json state.json.attrs], content "", error EOF
?no_tmp_dir=true&metadata=skip: files [state.json], content "{}", error <nil>'
if [ "$seen" != "$expected" ]; then
  echo "Changed: a blob whose attributes are empty is read, or the files are others."
  exit 1
fi
echo "as stated"
