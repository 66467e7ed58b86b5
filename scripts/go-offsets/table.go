// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// 1.17.13 is {17, 13}. What comes before a release (1.27rc1) counts as its first.
type version struct{ minor, patch int }

var versionText = regexp.MustCompile(`^(?:go)?1\.(\d+)(?:\.(\d+)|(?:rc|beta)\d+)?$`)

func parseVersion(text string) (version, error) {
	found := versionText.FindStringSubmatch(text)
	if found == nil {
		return version{}, fmt.Errorf("'%s' is no release of Go", text)
	}
	minor, _ := strconv.Atoi(found[1])
	patch, _ := strconv.Atoi(found[2])
	return version{minor, patch}, nil
}

func (v version) String() string { return fmt.Sprintf("1.%d.%d", v.minor, v.patch) }
func (v version) less(o version) bool {
	return v.minor < o.minor || v.minor == o.minor && v.patch < o.patch
}

const absent = "-"

// From a version on, a value holds.
type step struct {
	from  version
	value string
}

// A table says how each key's value changed over the versions, and which versions it was read from.
type table struct {
	comment []string
	known   []version
	steps   map[string][]step
}

func at(steps []step, v version) string {
	value := absent
	for _, one := range steps {
		if v.less(one.from) {
			break
		}
		value = one.value
	}
	return value
}

// set says what the values were in one version. Those of the other known versions stay as they are.
func (t *table) set(v version, values map[string]string) {
	if !contains(t.known, v) {
		t.known = append(t.known, v)
		sort.Slice(t.known, func(i, j int) bool { return t.known[i].less(t.known[j]) })
	}
	for key := range values {
		if _, ok := t.steps[key]; !ok {
			t.steps[key] = nil
		}
	}
	for key, old := range t.steps {
		now := func(one version) string {
			if one == v {
				if value, ok := values[key]; ok {
					return value
				}
				return absent
			}
			return at(old, one)
		}
		var steps []step
		last, value := version{}, absent
		for _, one := range t.known {
			if next := now(one); next != value {
				steps = append(steps, step{changedIn(old, last, one, next), next})
				value = next
			}
			last = one
		}
		if len(steps) == 0 {
			delete(t.steps, key)
		} else {
			t.steps[key] = steps
		}
	}
}

// changedIn tells in which version a value that last did not have and this has came: the one that the table
// says, if it does; else with this's minor version, if last is of another; else now.
func changedIn(old []step, last, this version, value string) version {
	for _, one := range old {
		if last.less(one.from) && !this.less(one.from) && one.value == value {
			return one.from
		}
	}
	if last.minor != this.minor {
		return version{this.minor, 0}
	}
	return this
}

func contains(list []version, v version) bool {
	for _, one := range list {
		if one == v {
			return true
		}
	}
	return false
}

const knownPrefix = "# Read from: "

// readTable gives the comment, the known versions and the rows of a file, which need not exist.
func readTable(file string, columns int) (*table, [][]string, error) {
	t := &table{steps: map[string][]step{}}
	var rows [][]string
	stream, err := os.Open(file)
	if os.IsNotExist(err) {
		return t, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	defer stream.Close()
	for lines := bufio.NewScanner(stream); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, knownPrefix) {
			for _, text := range strings.Fields(line[len(knownPrefix):]) {
				v, err := parseVersion(text)
				if err != nil {
					return nil, nil, err
				}
				t.known = append(t.known, v)
			}
		} else if strings.HasPrefix(line, "#") {
			t.comment = append(t.comment, line)
		} else if row := strings.Split(line, "\t"); len(row) == columns {
			rows = append(rows, row)
		} else {
			return nil, nil, fmt.Errorf("%s: not %d columns: '%s'", file, columns, line)
		}
	}
	return t, rows, nil
}

func (t *table) write(file string, rows []string) error {
	var text strings.Builder
	for _, line := range t.comment {
		text.WriteString(line + "\n")
	}
	// The list of versions is kept in lines of a readable length.
	line := strings.TrimSpace(knownPrefix)
	for _, one := range t.known {
		if len(line)+1+len(one.String()) > 100 {
			text.WriteString(line + "\n")
			line = strings.TrimSpace(knownPrefix)
		}
		line += " " + one.String()
	}
	text.WriteString(line + "\n")
	for _, row := range rows {
		text.WriteString(row + "\n")
	}
	return os.WriteFile(file, []byte(text.String()), 0o644)
}
