package io.kusionstack.operating.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What {@code docs/architecture.md} and {@code docs/vocabulary.md} say of the house is so. */
final class Pages {

    private static final String ARCHITECTURE = "docs/architecture.md";
    private static final String VOCABULARY = "docs/vocabulary.md";
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final int ROOM = 1;
    private static final int USES = 3;

    private Pages() {}

    /** The table of rooms and arrows, against the rooms that there are and the arrows that the build enforces. */
    static List<Finding> rooms(String page, JavaClasses classes) {
        Map<String, Set<String>> told = new TreeMap<>();
        page.lines().filter(line -> line.startsWith("| `host")).forEach(line -> {
            String[] cells = line.split("\\|");
            told.put(codes(cells[ROOM]).getFirst(), new TreeSet<>(codes(cells[USES])));
        });
        Set<String> there =
                classes.stream().filter(Rooms::isInHost).map(Rooms::of).collect(Collectors.toCollection(TreeSet::new));
        List<Finding> findings = new ArrayList<>();
        if (!told.keySet().equals(there)) {
            findings.add(new Finding(ARCHITECTURE, "its rooms are " + told.keySet(), "The rooms are " + there));
        }
        told.forEach((room, uses) -> {
            Set<String> arrows = Arrows.inHost(room);
            if (!arrows.equals(uses)) {
                findings.add(new Finding(ARCHITECTURE, room + " may use " + uses, "By Arrows it may use " + arrows));
            }
        });
        return findings;
    }

    /** The name of each public type of the host begins with a word of the tables. */
    static List<Finding> words(String page, JavaClasses classes) {
        Set<String> words = page.lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| word"))
                .flatMap(line -> Arrays.stream(line.split("\\|")[ROOM].split(",")))
                .map(Pages::joined)
                .collect(Collectors.toCollection(TreeSet::new));
        return classes.stream()
                .filter(type -> Rooms.isInHost(type) && type.isTopLevelClass())
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getSimpleName)
                .sorted()
                .filter(name -> words.stream().noneMatch(word -> begins(name, word)))
                .map(name -> new Finding(
                        VOCABULARY,
                        "no word of it begins the public type " + name,
                        "Name the type with a word of the page, or add the word and its one meaning"))
                .toList();
    }

    private static boolean begins(String name, String word) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean isWhole = lower.equals(word) || lower.equals(word + "s") || lower.equals(word + "es");
        return isWhole
                || lower.startsWith(word)
                        && (Character.isUpperCase(name.charAt(word.length()))
                                || name.substring(word.length()).matches("e?s[A-Z].*"));
    }

    private static String joined(String words) {
        return words.trim().replace(" ", "").toLowerCase(Locale.ROOT);
    }

    private static List<String> codes(String cell) {
        List<String> codes = new ArrayList<>();
        Matcher matcher = CODE.matcher(cell);
        while (matcher.find()) {
            codes.add(matcher.group(1));
        }
        return codes;
    }
}
