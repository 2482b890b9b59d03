package io.kusionstack.operating.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.regex.Pattern;

/** A class is named for the thing it is. */
final class ClassNames {

    private static final Pattern EMPTY_WORDS =
            Pattern.compile("\\w*(Utils?|Helper|Manager|Impl)|(Abstract|Base)([A-Z]\\w*)?");

    private ClassNames() {}

    static List<Finding> findings(JavaClasses classes) {
        return classes.stream()
                .filter(Rooms::isOurs)
                .filter(type -> EMPTY_WORDS.matcher(type.getSimpleName()).matches())
                .map(ClassNames::finding)
                .toList();
    }

    private static Finding finding(JavaClass type) {
        return new Finding(
                Place.of(type),
                type.getSimpleName() + " says how it is used, not what it is",
                "Find the noun it serves (no Util, Helper, Manager, Impl, Abstract, Base)");
    }
}
