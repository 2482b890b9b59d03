package io.kusionstack.operating.house;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.TreeMap;

/** No two types of the host have one simple name: a reader who has met a word knows what it is in every room. */
final class SimpleNames {

    private SimpleNames() {}

    static List<Finding> findings(JavaClasses classes) {
        return classes.stream()
                .filter(type -> Rooms.isInHost(type) && !type.isAnonymousClass() && !type.isLocalClass())
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .collect(groupingBy(JavaClass::getSimpleName, TreeMap::new, java.util.stream.Collectors.toList()))
                .values()
                .stream()
                .filter(alike -> alike.size() > 1)
                .map(alike -> new Finding(
                        "host",
                        "one simple name, several types: "
                                + alike.stream().map(Rooms::spoken).sorted().collect(joining(", ")),
                        "Name each for what it is"))
                .toList();
    }
}
