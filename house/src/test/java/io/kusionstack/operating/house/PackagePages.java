package io.kusionstack.operating.house;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Every package of main sources has a page that says what the room is for and makes it non-null. */
final class PackagePages {

    private static final String PAGE = "package-info.java";

    private PackagePages() {}

    static List<Finding> findings(List<JavaSource> sources) {
        Set<String> withPage = sources.stream()
                .filter(source ->
                        source.path().endsWith("/" + PAGE) && source.text().contains("@NullMarked"))
                .map(PackagePages::folder)
                .collect(Collectors.toSet());
        return sources.stream()
                .filter(JavaSource::isMain)
                .map(PackagePages::folder)
                .filter(folder -> !withPage.contains(folder))
                .distinct()
                .map(folder -> new Finding(
                        folder + "/" + PAGE,
                        "missing, or not @NullMarked",
                        "Say what the room is for, which door to use and which threads may enter"))
                .toList();
    }

    private static String folder(JavaSource source) {
        return source.path().substring(0, source.path().lastIndexOf('/'));
    }
}
