// SPDX-License-Identifier: GPL-2.0-only

// go-offsets: the part of scripts/gen-go-offsets that reads debug data and keeps the tables.
//
//	go-offsets check|update OFFSETS.tsv WAIT_REASONS.tsv {VERSION PROBE.amd64 PROBE.arm64 RUNTIME2.GO}...
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
)

var archs = []string{"amd64", "arm64"}

// The offsets' keys are NAME<TAB>ARCH.
func readOffsetsTable(file string) (*table, error) {
	t, rows, err := readTable(file, 4)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		from, err := parseVersion(row[1])
		if err != nil {
			return nil, fmt.Errorf("%s: %v", file, err)
		}
		for _, arch := range archs {
			if row[2] == arch || row[2] == "any" {
				key := row[0] + "\t" + arch
				t.steps[key] = append(t.steps[key], step{from, row[3]})
			}
		}
	}
	return t, nil
}

func offsetRows(t *table) []string {
	names := map[string]bool{}
	for key := range t.steps {
		names[strings.SplitN(key, "\t", 2)[0]] = true
	}
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	sort.Strings(sorted)
	var rows []string
	for _, name := range sorted {
		one, other := t.steps[name+"\t"+archs[0]], t.steps[name+"\t"+archs[1]]
		for len(one)+len(other) > 0 {
			switch {
			case len(one) > 0 && len(other) > 0 && one[0] == other[0]:
				rows = append(rows, offsetRow(name, "any", one[0]))
				one, other = one[1:], other[1:]
			case len(other) == 0 || len(one) > 0 && !other[0].from.less(one[0].from):
				rows = append(rows, offsetRow(name, archs[0], one[0]))
				one = one[1:]
			default:
				rows = append(rows, offsetRow(name, archs[1], other[0]))
				other = other[1:]
			}
		}
	}
	return rows
}

func offsetRow(name, arch string, s step) string {
	return fmt.Sprintf("%s\t%v\t%s\t%s", name, s.from, arch, s.value)
}

// The reasons' keys are their numbers; a value is FAMILY<TAB>TEXT.
func readReasonsTable(file string) (*table, map[string]string, error) {
	t, rows, err := readTable(file, 5)
	if err != nil {
		return nil, nil, err
	}
	families := map[string]string{}
	for _, row := range rows {
		from, err := parseVersion(row[1])
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %v", file, err)
		}
		families[row[4]] = row[3]
		steps := t.steps[row[0]]
		// Where a number's last row ended, this one begins; else there is a hole.
		if len(steps) > 0 && steps[len(steps)-1].from == from {
			steps = steps[:len(steps)-1]
		}
		steps = append(steps, step{from, row[3] + "\t" + row[4]})
		if row[2] != absent {
			until, err := parseVersion(row[2])
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %v", file, err)
			}
			steps = append(steps, step{until, absent})
		}
		t.steps[row[0]] = steps
	}
	return t, families, nil
}

func reasonRows(t *table) []string {
	numbers := make([]int, 0, len(t.steps))
	for key := range t.steps {
		number, _ := strconv.Atoi(key)
		numbers = append(numbers, number)
	}
	sort.Ints(numbers)
	var rows []string
	for _, number := range numbers {
		steps := t.steps[strconv.Itoa(number)]
		for i, one := range steps {
			until := absent
			if i+1 < len(steps) {
				until = steps[i+1].from.String()
			}
			if one.value != absent {
				rows = append(rows, fmt.Sprintf("%d\t%v\t%s\t%s", number, one.from, until, one.value))
			}
		}
	}
	return rows
}

// differences tells where the table says other than values for this version.
func differences(t *table, v version, values map[string]string) []string {
	var found []string
	for key, value := range values {
		if says := at(t.steps[key], v); says != value {
			found = append(found, describe(key, v, says, value))
		}
	}
	for key, steps := range t.steps {
		if _, ok := values[key]; !ok {
			if says := at(steps, v); says != absent {
				found = append(found, describe(key, v, says, absent))
			}
		}
	}
	sort.Strings(found)
	return found
}

func describe(key string, v version, says, is string) string {
	return fmt.Sprintf("%v\t%s: the table says %s, the toolchain %s", v, strings.Replace(key, "\t", " ", 1),
		strings.Replace(says, "\t", " ", 1), strings.Replace(is, "\t", " ", 1))
}

func run(arguments []string) error {
	if len(arguments) < 7 || (len(arguments)-3)%4 != 0 || arguments[0] != "check" && arguments[0] != "update" {
		return fmt.Errorf("usage: check|update OFFSETS WAIT_REASONS {VERSION AMD64 ARM64 RUNTIME2.GO}...")
	}
	offsets, err := readOffsetsTable(arguments[1])
	if err != nil {
		return err
	}
	reasons, families, err := readReasonsTable(arguments[2])
	if err != nil {
		return err
	}
	var wrong []string
	for rest := arguments[3:]; len(rest) > 0; rest = rest[4:] {
		v, err := parseVersion(rest[0])
		if err != nil {
			return err
		}
		values := map[string]string{}
		for i, arch := range archs {
			read, err := readOffsets(rest[1+i])
			if err != nil {
				return err
			}
			for name, offset := range read {
				values[name+"\t"+arch] = strconv.FormatInt(offset, 10)
			}
		}
		texts, err := readReasons(rest[3])
		if err != nil {
			return err
		}
		named := map[string]string{}
		for number, text := range texts {
			kind, ok := families[text]
			if !ok {
				kind = family(text)
				families[text] = kind
			}
			named[strconv.Itoa(number)] = kind + "\t" + text
		}
		wrong = append(wrong, differences(offsets, v, values)...)
		wrong = append(wrong, differences(reasons, v, named)...)
		offsets.set(v, values)
		reasons.set(v, named)
	}
	if arguments[0] == "check" {
		if len(wrong) > 0 {
			return fmt.Errorf("%s\n%d differences: scripts/gen-go-offsets corrects them",
				strings.Join(wrong, "\n"), len(wrong))
		}
		return nil
	}
	if err := offsets.write(arguments[1], offsetRows(offsets)); err != nil {
		return err
	}
	return reasons.write(arguments[2], reasonRows(reasons))
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
