// Looks at a page as it is laid out: nothing beyond the window, no empty figure, no text over text.
// Tells the window around it, which tests/flow/test_page.sh reads.
addEventListener('load', () => {
    const wrong = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width)
        wrong.push(`the page is ${document.documentElement.scrollWidth} wide in ${width}`);
    for (const element of document.body.querySelectorAll('*')) {
        const box = element.getBoundingClientRect();
        if (box.width && !element.closest('.scroll table, svg') &&
            (box.right > width + 1 || box.left < -1))
            wrong.push(`<${element.tagName} ${element.id}> goes from ${box.left} to ${box.right}`);
    }
    let panels = 0, marks = 0;
    const figures = document.querySelectorAll('figure');
    for (const figure of figures) {
        const seen = [...figure.querySelectorAll('svg')].filter(svg => svg.clientWidth > 0);
        if (seen.length != 1)
            wrong.push(`${figure.id} shows ${seen.length} drawings`);
        for (const svg of seen) {
            const plots = [...svg.querySelectorAll('g[id*=plot_]')];
            if (plots.length == 0)
                wrong.push(`${figure.id} is empty`);
            for (const plot of plots) {
                const drawn = [...plot.querySelectorAll('path, use, circle, polygon')]
                    .filter(one => one.getBoundingClientRect().width +
                                   one.getBoundingClientRect().height > 0).length;
                if (drawn == 0)
                    wrong.push(`${figure.id}: ${plot.id} draws nothing`);
                marks += drawn;
            }
            panels += plots.length;
            const texts = [...svg.querySelectorAll('text')]
                .map(text => [text.textContent, text.getBoundingClientRect()])
                .filter(([text, box]) => text.trim() && box.width);
            const frame = svg.getBoundingClientRect();
            for (const [text, box] of texts)
                if (box.left < frame.left - 1 || box.right > frame.right + 1 ||
                    box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
                    wrong.push(`${figure.id}: «${text}» leaves its figure`);
            for (let i = 0; i < texts.length; i++)
                for (let j = 0; j < i; j++) {
                    const [a, p] = texts[i], [b, q] = texts[j];
                    const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
                    const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
                    if (across > 1 && down > 3)
                        wrong.push(`${figure.id}: «${a}» lies over «${b}»`);
                }
        }
    }
    for (const link of document.querySelectorAll('a[href^="#"]'))
        if (!document.getElementById(link.getAttribute('href').slice(1)))
            wrong.push(`${link.getAttribute('href')} leads nowhere`);
    parent.postMessage(`figures ${figures.length} series ${panels} marks ${marks} wrong ` +
                       `${wrong.length}\n${wrong.slice(0, 40).join('\n')}`, '*');
});
