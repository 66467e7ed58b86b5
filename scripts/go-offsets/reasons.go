// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// readReasons gives number -> text from a runtime2.go: the constants in their order, and the array of strings
// that they index.
func readReasons(file string) (map[int]string, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		return nil, err
	}
	numbers, texts := map[string]int{}, map[int]string{}
	for _, decl := range tree.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for i, spec := range general.Specs {
			value, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for _, name := range value.Names {
				if general.Tok == token.CONST && strings.HasPrefix(name.Name, "waitReason") {
					numbers[name.Name] = i
				}
			}
		}
	}
	ast.Inspect(tree, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != "waitReasonStrings" || len(spec.Values) != 1 {
			return true
		}
		for _, element := range spec.Values[0].(*ast.CompositeLit).Elts {
			pair := element.(*ast.KeyValueExpr)
			text, _ := strconv.Unquote(pair.Value.(*ast.BasicLit).Value)
			texts[numbers[pair.Key.(*ast.Ident).Name]] = text
		}
		return false
	})
	if len(texts) < 20 || len(texts) != len(numbers) {
		return nil, fmt.Errorf("%s: %d wait reasons with %d texts", file, len(numbers), len(texts))
	}
	return texts, nil
}

// family of a reason that the table does not know yet: C channel, S synchronisation, E external, R the
// run-time system's own.
func family(text string) string {
	switch {
	case strings.HasPrefix(text, "chan "), strings.HasPrefix(text, "select"):
		return "C"
	case strings.HasPrefix(text, "sync"), text == "semacquire", text == "coroutine":
		return "S"
	case text == "IO wait", text == "sleep":
		return "E"
	}
	return "R"
}
